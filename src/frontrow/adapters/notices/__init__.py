"""Ways of telling: webhooks to the integrator's server, e-mails to customers."""
