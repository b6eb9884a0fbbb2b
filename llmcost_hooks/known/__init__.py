"""What is known of models and providers besides prices: dated, sourced data, and nothing that computes."""
