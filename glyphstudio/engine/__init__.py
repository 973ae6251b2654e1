"""What the app asks for: recognise, meta-train, evaluate; weights and devices."""
