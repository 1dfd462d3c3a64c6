"""The commands in the documents that `tests/test_docs.py` does not run, and why.

Those in `OUTSIDE` need the world outside; those in `ELSEWHERE` run in another test.
"""

from __future__ import annotations

INSTALLS = "fetches and installs packages; the gate does so by `make`"
DISCORD = "asks Discord; tests/bot do the same at a stand-in"
WIKIPEDIA = "asks Wikipedia; tests/embeddings do the same at a stand-in"
POSTGRESQL = "needs a PostgreSQL server and its programs"
DOCKER = "needs Docker"
SYSTEMD = "needs systemd, and root"

OUTSIDE = {
    "make setup PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu": INSTALLS,
    "make demo PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu": INSTALLS,
    "make test PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu": INSTALLS,
    "python3 -m venv dateline-env": INSTALLS,
    "dateline-env/bin/pip install --extra-index-url https://download.pytorch.org/whl/cpu './dateline[fast]'": INSTALLS,
    "pip install './dateline[postgresql]'": INSTALLS,
    "docker build --tag dateline --file deploy/Dockerfile .": DOCKER,
    'docker run --rm --interactive --tty --user "$(id -u)" --volume "$PWD/data:/data" dateline setup': DOCKER,
    "docker run --detach --name dateline --restart unless-stopped --read-only --tmpfs /tmp --cap-drop ALL "
    '--security-opt no-new-privileges --user "$(id -u)" --volume "$PWD/data:/data" dateline': DOCKER,
    "docker inspect --format '{{.State.Health.Status}}' dateline": DOCKER,
    """echo "DATABASE_PASSWORD=$(openssl rand -hex 24)" > deploy/.env""": DOCKER,
    "chmod 600 deploy/.env": DOCKER,
    "docker compose --file deploy/compose.yaml run --rm --no-deps dateline setup": DOCKER,
    "docker compose --file deploy/compose.yaml up --detach": DOCKER,
    "docker compose --file deploy/compose.yaml logs --follow dateline": DOCKER,
    ".venv/bin/dateline setup": DISCORD,
    ".venv/bin/dateline bot --check": DISCORD,
    ".venv/bin/dateline bot": DISCORD,
    "dateline setup": DISCORD,
    "dateline setup --token-file token.txt --archive portal --contact me@example.org --start": DISCORD,
    "dateline bot --check": DISCORD,
    "dateline bot": DISCORD,
    "dateline bot --shard-count 16 --shard-ids 0-3": DISCORD,
    "dateline bot --shard-count 16 --shard-ids 4-7": DISCORD,
    "sudo useradd --system --shell /bin/sh --home-dir /var/lib/dateline --create-home dateline": SYSTEMD,
    "sudo git clone . /opt/dateline": SYSTEMD,
    "sudo make -C /opt/dateline setup PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu": SYSTEMD,
    "sudo -iu dateline /opt/dateline/.venv/bin/dateline setup": SYSTEMD,
    "sudo -iu dateline /opt/dateline/.venv/bin/dateline bot --check": SYSTEMD,
    "sudo cp /opt/dateline/deploy/systemd/dateline.service /etc/systemd/system/": SYSTEMD,
    "sudo cp /opt/dateline/deploy/systemd/dateline-update.service /opt/dateline/deploy/systemd/dateline-update.timer "
    "/etc/systemd/system/": SYSTEMD,
    "sudo systemctl daemon-reload": SYSTEMD,
    "sudo systemctl enable --now dateline": SYSTEMD,
    "sudo systemctl enable --now dateline-update.timer": SYSTEMD,
    "journalctl --unit dateline --follow": SYSTEMD,
    "dateline bot sync": DISCORD,
    "dateline bot sync --force": DISCORD,
    "dateline index update": WIKIPEDIA,
    "dateline index update --since 2002-01-01": WIKIPEDIA,
    "dateline index update --days": WIKIPEDIA,
    "createuser --pwprompt dateline": POSTGRESQL,
    "createdb --owner dateline dateline": POSTGRESQL,
    "export DATELINE_STORE__URL=postgresql://dateline:PASSWORD@HOST/dateline": POSTGRESQL,
    "export PGPASSWORD=…": POSTGRESQL,
    "dateline bot copy-store sqlite:///dateline.db postgresql://dateline@HOST/dateline": POSTGRESQL,
    "pg_dump --format=custom --file=FILE postgresql://dateline@HOST/dateline": POSTGRESQL,
    "pg_restore --clean --if-exists --single-transaction --dbname=postgresql://dateline@HOST/dateline FILE": POSTGRESQL,
}

ELSEWHERE = {"dateline bot --demo": "tests/bot/test_cli.py"}
