"""From an archive of students' files to grading/submitted/: whose they are, and when they came."""
