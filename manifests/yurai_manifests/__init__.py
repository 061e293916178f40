"""Write down what a run did, as records and manifests, and audit it."""
