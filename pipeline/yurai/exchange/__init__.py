"""How rows travel between tasks: written to files, parted into partitions level by level, read by checked ranges."""
