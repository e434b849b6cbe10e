"""The SPARQL Protocol: requests in, guarded evaluation, negotiated results out."""
