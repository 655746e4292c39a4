"""What happened in the exam room goes in; statuses, duties and decisions come out."""
