"""Payment gateways: ports.PaymentGateway on whoever takes the money."""
