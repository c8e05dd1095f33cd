"""What people may ask about their own data: a copy, a correction, erasure, an explanation; answered in time, with a reason."""
