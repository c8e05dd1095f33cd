"""What units do on a case together. Every act is an event of the case; its words are notes of the case."""
