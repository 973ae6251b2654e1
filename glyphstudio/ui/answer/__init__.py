"""What the recogniser says of the drawing: verdict, ranking, and what a click on a candidate then means."""
