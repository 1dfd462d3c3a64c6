# An image of Dateline; /data holds the config file, the index and the store. docs/install.md says how to use it.
FROM python:3.11-slim

# PyTorch's builds for processors: the ordinary one for Linux brings gigabytes that only graphics cards need.
ENV PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN pip install torch==2.13.0

# The versions are those of the lock file, without the development tools in it.
COPY . /source
RUN grep -o '^[^ ]*==[^\\]*' /source/requirements.lock > /constraints.txt \
 && pip install --constraint /constraints.txt '/source[fast,postgresql]' \
 && rm -r /source

# Any user may run it who may write to /data, also one without a name, for whom PyTorch needs LOGNAME.
ENV HOME=/data LOGNAME=dateline
WORKDIR /data
ENTRYPOINT ["dateline"]
CMD ["bot"]
