"""Who may ask the gateway what: the policy, held against each request."""
