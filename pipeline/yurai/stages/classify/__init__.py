"""Stage classify: score documents by fastText models; and the training of such models on documents."""
