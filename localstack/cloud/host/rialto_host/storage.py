"""Keeps S3's objects below the local cloud's folder; LocalStack has a fixed path that all its users share."""

import os
import tempfile

from localstack.runtime.hooks import on_infra_start


@on_infra_start(name="rialto_storage")
def install():
    from localstack.services.s3 import provider

    provider.DEFAULT_S3_TMP_DIR = os.path.join(tempfile.gettempdir(), "s3")
