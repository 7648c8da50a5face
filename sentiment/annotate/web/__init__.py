"""The annotation pages: server-rendered, one small script, every asset in the package; no logic of labelling of their own."""
