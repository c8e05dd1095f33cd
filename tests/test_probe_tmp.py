import time, warnings, pytest
from tests.house.fuzzing import Fuzz
@pytest.mark.filterwarnings("default")
def test_probe(cast, lives, app):
    t=time.time()
    f=Fuzz(cast.client, app.openapi(), cast("chen.housing").headers)
    ops=f.operations(); print(len(ops), time.time()-t)
    for op in ops:
        t=time.time()
        try:
            f.run(op, 5, own=lambda: lives.signed()["id"])
        except BaseException as e:
            print("FAIL", op.label, str(e)[:1500] if not hasattr(e,"exceptions") else [str(x)[:900] for x in e.exceptions])
        print(op.label, round(time.time()-t,2), dict(f.answers.get(op.label,{})))
