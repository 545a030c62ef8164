"""Files wherever Hadoop reaches: a folder here, a bucket by S3A, EMR's own S3."""

import os
import tempfile


class Folder:
    def __init__(self, spark, uri):
        self.jvm, self.conf = spark._jvm, spark._jsc.hadoopConfiguration()
        self.uri = uri.rstrip("/")

    def path(self, name):
        path = self.jvm.org.apache.hadoop.fs.Path(self.uri + "/" + name)
        return path.getFileSystem(self.conf), path

    def read(self, name):
        """A file's text, None if there is none."""
        fs, path = self.path(name)
        if not fs.exists(path):
            return None
        with tempfile.TemporaryDirectory() as here:
            local = os.path.join(here, "file")
            fs.copyToLocalFile(False, path, self.jvm.org.apache.hadoop.fs.Path("file://" + local), True)
            with open(local, encoding="utf-8") as f:
                return f.read()

    def write(self, name, text):
        fs, path = self.path(name)
        with tempfile.TemporaryDirectory() as here:
            local = os.path.join(here, "file")
            with open(local, "w", encoding="utf-8") as f:
                f.write(text)
            fs.copyFromLocalFile(False, True, self.jvm.org.apache.hadoop.fs.Path("file://" + local), path)
