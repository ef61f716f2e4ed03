"""Students' files from a folder or an LMS's archive into grading/submitted/, with receipts."""
