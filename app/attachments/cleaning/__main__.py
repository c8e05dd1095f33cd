"""The program: a job as its argument, a file in; one line of JSON and the clean file out."""

import json
import resource
import sys
from dataclasses import asdict

from app.attachments.cleaning import clean, get_ready, redact
from app.attachments.rules.files import FileFacts, Job, Rectangle, Refused, Unfit


def _limit(memory: int, seconds: int) -> None:
    """From here on the system ends this process rather than let it take more."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    for kind in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE):
        resource.setrlimit(kind, (0, 0))


def _answer(job: Job, content: bytes) -> tuple[FileFacts | Unfit, bytes]:
    try:
        if job.rectangles is None:
            return clean(content, most_pixels=job.most_pixels)
        return redact(content, job.media_type, [Rectangle(*r) for r in job.rectangles])
    except Refused as refused:
        return refused.why, b""
    except MemoryError:
        return Unfit.TOO_HEAVY, b""


def main() -> None:
    """One job."""
    job = Job(**json.loads(sys.argv[1]))
    content = sys.stdin.buffer.read()  # no larger than what the service takes in
    get_ready(content)
    _limit(job.memory, job.seconds)
    said, made = _answer(job, content)
    sys.stdout.buffer.write(json.dumps(said if isinstance(said, Unfit) else asdict(said)).encode() + b"\n" + made)


if __name__ == "__main__":
    main()
