"""What may be set, and where: each place's word comes in, what is in force goes out."""
