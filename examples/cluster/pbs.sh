#!/bin/bash
# A run in a PBS allocation: qsub -v INPUT=/scratch/crawl,OUTPUT=/scratch/corpus examples/cluster/pbs.sh
#
# Starts Ray on all nodes of the allocation, with a token of its own, runs, and ends it again. Submit it again to resume;
# -r y does so after a node failure or a preemption. A run that is longer than the walltime: submit it with
# -W depend=afternotok:JOBID too, as often as it may need; those that are not needed are never started. HOME, INPUT and
# OUTPUT have to be on storage that all nodes share.
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

# pbsdsh passes no environment on: PATH and Ray's variables are said on its command line. It takes the place of its
# shell, so call this in the background or in parentheses: what is killed then is pbsdsh itself.
on() {
    local node=$1
    shift
    exec pbsdsh -n "$node" -- /usr/bin/env PATH="$PATH" HOME="$HOME" RAY_AUTH_MODE=token RAY_AUTH_TOKEN_PATH="$token" \
        RAY_grpc_client_keepalive_time_ms=10000 RAY_grpc_client_keepalive_timeout_ms=10000 RAY_worker_niceness=0 "$@"
}

started=() # what runs in the background, the last first
finish() {
    trap - EXIT TERM INT
    for process in "${started[@]}"; do # PBS ends what is left on the nodes with the job
        kill "$process" 2> /dev/null || true
        wait "$process" 2> /dev/null || true
    done
    for ((node = 0; node < count; node++)); do (on "$node" rm -rf "$temp") || true; done
    rm -f "$token"
}
trap finish EXIT
trap 'exit 143' TERM INT

ray start --head --block --node-ip-address="$head_ip" --port="$port" --num-cpus="$cpus" \
    --object-store-memory=1073741824 --include-dashboard=false --temp-dir="$temp" &
started=($! "${started[@]}")

for _ in $(seq 60); do
    (: < "/dev/tcp/$head_ip/$port") 2> /dev/null && break
    sleep 2
done

for ((node = 1; node < count; node++)); do
    on "$node" ray start --block --address="$head_ip:$port" --num-cpus="$cpus" --object-store-memory=1073741824 &
    started=($! "${started[@]}")
done

# Nodes that join later work too, but the examination sees those that are here.
for _ in $(seq 60); do
    here=$(ray status --address="$head_ip:$port" 2> /dev/null | grep --count '^ 1 node_' || true)
    ((here >= count)) && break
    sleep 2
done

# In the background, so that the shell can end everything when the time is up.
yurai run "$RECIPE" --input "$INPUT" --output "$OUTPUT" --address "$head_ip:$port" &
started=($! "${started[@]}")
wait $!
yurai audit "$OUTPUT"
