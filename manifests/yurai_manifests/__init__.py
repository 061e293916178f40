"""What is written down: records, manifests, audit."""
