"""Makes vectors of texts, so that texts that mean alike have vectors that point alike.

It answers as SageMaker asks of a container (GET /ping, POST /invocations, port 8080 unless told otherwise); the local cloud runs
the same file as a process. The model is all-MiniLM-L6-v2 (Apache-2.0), its weights as int8, for English; ENCODER_MODEL is the
folder that has it. A text counts up to its first 128 word pieces, as the model was trained. To the same text belongs the same
vector whatever it comes with: texts are not padded to those beside them.

    {"texts": ["a boot", …]}  ->  {"vectors": [[0.01, …], …]}   of length 1, in the order of the texts
"""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy
import onnxruntime
import tokenizers

MAX_TEXTS = 64
MAX_BODY = 1 << 20


class Encoder:
    def __init__(self, folder):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = int(os.environ.get("ENCODER_THREADS", "1"))
        self.session = onnxruntime.InferenceSession(
            os.path.join(folder, "all-minilm-l6-v2-q.onnx"), options, providers=["CPUExecutionProvider"])
        self.tokenizer = tokenizers.Tokenizer.from_file(os.path.join(folder, "all-minilm-l6-v2-q-tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(128)

    def vector(self, text):
        ids = numpy.array([self.tokenizer.encode(text).ids], dtype=numpy.int64)
        hidden = self.session.run(None, {
            "input_ids": ids, "attention_mask": numpy.ones_like(ids), "token_type_ids": numpy.zeros_like(ids)})[0][0]
        mean = hidden.mean(axis=0)
        return (mean / numpy.linalg.norm(mean)).tolist()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    encoder = None

    def do_GET(self):
        self.answer(200 if self.path == "/ping" else 404, {})

    def do_POST(self):
        if self.path != "/invocations":
            return self.refuse(404, "there is nothing here")
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > MAX_BODY:
            return self.refuse(413, f"the body must have a length of at most {MAX_BODY}")
        try:
            texts = json.loads(self.rfile.read(int(length)))["texts"]
        except (ValueError, KeyError, TypeError):
            return self.refuse(400, "the body must be JSON with a list texts")
        if not isinstance(texts, list) or not 1 <= len(texts) <= MAX_TEXTS or not all(isinstance(t, str) for t in texts):
            return self.refuse(400, f"texts must be 1 to {MAX_TEXTS} texts")
        self.answer(200, {"vectors": [self.encoder.vector(t) for t in texts]})

    def refuse(self, status, message):
        self.close_connection = True  # what is left of the body is no request
        self.answer(status, {"error": message})

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass  # what shoppers look for is not to stand in a log


if __name__ == "__main__":
    host, port = os.environ.get("ENCODER_ADDR", "0.0.0.0:8080").rsplit(":", 1)
    Handler.encoder = Encoder(os.environ.get("ENCODER_MODEL", "/opt/ml/model"))
    Handler.encoder.vector("the first takes longer")
    server = ThreadingHTTPServer((host, int(port)), Handler)
    server.daemon_threads = True
    print(f"ready on {host}:{port}", file=sys.stderr, flush=True)
    server.serve_forever()
