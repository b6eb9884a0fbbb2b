"""An estimate as rows that FinOps tools read: FOCUS, the compact layout, CloudZero's CBF; and rules for such files."""
