#!/bin/bash
# A run in a PBS allocation: qsub -v INPUT=/scratch/crawl,OUTPUT=/scratch/corpus examples/cluster/pbs.sh
#
# Starts Ray on all nodes of the allocation, with a token of its own, runs, and ends it again. Submit it again to resume;
# -r y does so after a node failure. HOME, INPUT and OUTPUT have to be on storage that all nodes share.
#PBS -N yurai
#PBS -l select=4:ncpus=32:mem=128gb
#PBS -l place=scatter:excl
#PBS -l walltime=24:00:00
#PBS -r y
set -euo pipefail
cd "${PBS_O_WORKDIR:?run it with qsub}"

RECIPE=${RECIPE:-plain}
INPUT=${INPUT:?set INPUT to the crawl: a folder, glob, path list or URL}
OUTPUT=${OUTPUT:?set OUTPUT to a folder that all nodes share, or a URL}

umask 077
job=${PBS_JOBID%%.*}
job=${job//[^0-9]/}
token="$HOME/.yurai-token-$job"
python3 -c 'import secrets; print(secrets.token_hex(32), end="")' > "$token"
export RAY_AUTH_MODE=token RAY_AUTH_TOKEN_PATH="$token"
export RAY_grpc_client_keepalive_time_ms=10000 RAY_grpc_client_keepalive_timeout_ms=10000
export RAY_worker_niceness=0

port=$((20000 + job % 20000))
temp="/tmp/ray-$job"
cpus=${NCPUS:-$(nproc)}
head_ip=$(hostname --ip-address | awk '{print $1}') # the script runs on the first node of its allocation
count=$(sort -u "$PBS_NODEFILE" | wc -l)

# pbsdsh passes no environment on: PATH and Ray's variables are said on its command line.
on() {
    local node=$1
    shift
    pbsdsh -n "$node" -- /usr/bin/env PATH="$PATH" HOME="$HOME" RAY_AUTH_MODE=token RAY_AUTH_TOKEN_PATH="$token" \
        RAY_grpc_client_keepalive_time_ms=10000 RAY_grpc_client_keepalive_timeout_ms=10000 RAY_worker_niceness=0 "$@"
}

nodes=()
finish() {
    trap - EXIT TERM INT
    kill "${nodes[@]}" 2> /dev/null || true # PBS ends what is left on the nodes with the job
    wait "${nodes[@]}" 2> /dev/null || true
    for ((node = 0; node < count; node++)); do on "$node" rm -rf "$temp" || true; done
    rm -f "$token"
}
trap finish EXIT
trap 'exit 143' TERM INT

ray start --head --block --node-ip-address="$head_ip" --port="$port" --num-cpus="$cpus" \
    --object-store-memory=1073741824 --include-dashboard=false --temp-dir="$temp" &
nodes+=($!)

for _ in $(seq 60); do
    (: < "/dev/tcp/$head_ip/$port") 2> /dev/null && break
    sleep 2
done

for ((node = 1; node < count; node++)); do
    on "$node" ray start --block --address="$head_ip:$port" --num-cpus="$cpus" --object-store-memory=1073741824 &
    nodes+=($!)
done
sleep 30 # nodes that join later work too, but the examination sees those that are here

# In the background, so that the shell can end everything when the time is up.
yurai run "$RECIPE" --input "$INPUT" --output "$OUTPUT" --address "$head_ip:$port" &
wait $!
yurai audit "$OUTPUT"
