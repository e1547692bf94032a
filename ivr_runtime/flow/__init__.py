"""The flow language: YAML in, checked; run on a call's verbs."""
