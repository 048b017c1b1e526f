"""What the screens are made of: lines that draw themselves, bars, fields."""
