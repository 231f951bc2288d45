"""Files that lie elsewhere: on web sites, on the Hugging Face hub, in object stores."""
