"""Where manifests come from: files and standard input; each yields Sources."""
