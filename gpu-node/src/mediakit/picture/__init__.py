"""Still pictures: read, judged by their headers, taken apart."""
