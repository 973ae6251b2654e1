"""From a photo or scan of paper to the ink alone: the paper's shade, colour and own marks are taken away."""
