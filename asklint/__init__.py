"""Checks Kubernetes manifests for Alibaba Cloud ASK, and rewrites them so that they run there."""

__version__ = "0.1.0"
