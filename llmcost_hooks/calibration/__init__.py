"""What was assumed, held against what was measured. Pure.

`profile` is what was assumed, `traffic` what was used, by prompt and day; `fits` are the parameters with their
intervals (`intervals`) and the days that are left out of them (`anomalies`); `advice` says what to update, `backtest`
what that would have been worth; `ratios` is for models whose tokenizer nobody has.
"""
