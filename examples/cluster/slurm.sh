#!/bin/bash
# A run in a Slurm allocation: INPUT=/scratch/crawl OUTPUT=/scratch/corpus sbatch examples/cluster/slurm.sh
#
# Starts Ray on all nodes of the allocation, with a token of its own, runs, and ends it again. Submit it again to resume.
# Slurm does so itself (--requeue) after a node failure or a preemption; three minutes before the time is up the job puts
# itself back into the queue. HOME, INPUT and OUTPUT have to be on storage that all nodes share.
#SBATCH --job-name=yurai
#SBATCH --nodes=4
#SBATCH --ntasks-per-node=1
#SBATCH --exclusive
#SBATCH --time=24:00:00
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --signal=B:USR1@180
set -euo pipefail

RECIPE=${RECIPE:-plain}
INPUT=${INPUT:?set INPUT to the crawl: a folder, glob, path list or URL}
OUTPUT=${OUTPUT:?set OUTPUT to a folder that all nodes share, or a URL}

umask 077
export RAY_AUTH_MODE=token
export RAY_AUTH_TOKEN_PATH="$HOME/.yurai-token-$SLURM_JOB_ID"
export RAY_grpc_client_keepalive_time_ms=10000
export RAY_grpc_client_keepalive_timeout_ms=10000
export RAY_worker_niceness=0
python3 -c 'import secrets; print(secrets.token_hex(32), end="")' > "$RAY_AUTH_TOKEN_PATH"

port=$((20000 + SLURM_JOB_ID % 20000))
temp="/tmp/ray-$SLURM_JOB_ID"
cpus=${SLURM_CPUS_ON_NODE:?run it with sbatch}
head=$(hostname) # a batch script runs on the first node of its allocation
head_ip=$(hostname --ip-address | awk '{print $1}')

started=() # what runs in the background, the last first
finish() {
    trap - EXIT TERM INT USR1
    for process in "${started[@]}"; do # srun passes the signal on to every node
        kill "$process" 2> /dev/null || true
        wait "$process" 2> /dev/null || true
    done
    srun --overlap --ntasks-per-node=1 rm -rf "$temp" || true
    rm -f "$RAY_AUTH_TOKEN_PATH"
}
again() { # the time is nearly up: what is committed is reused when the job runs again
    finish
    scontrol requeue "$SLURM_JOB_ID"
    exit 0
}
trap finish EXIT
trap 'exit 143' TERM INT
trap again USR1

srun --overlap --nodes=1 --ntasks=1 --nodelist="$head" \
    ray start --head --block --node-ip-address="$head_ip" --port="$port" --num-cpus="$cpus" \
    --object-store-memory=1073741824 --include-dashboard=false --temp-dir="$temp" &
started=($! "${started[@]}")

for _ in $(seq 60); do
    (: < "/dev/tcp/$head_ip/$port") 2> /dev/null && break
    sleep 2
done

if ((SLURM_JOB_NUM_NODES > 1)); then
    others=$((SLURM_JOB_NUM_NODES - 1))
    srun --overlap --nodes="$others" --ntasks="$others" --exclude="$head" \
        ray start --block --address="$head_ip:$port" --num-cpus="$cpus" --object-store-memory=1073741824 &
    started=($! "${started[@]}")
fi

# Nodes that join later work too, but the examination sees those that are here.
for _ in $(seq 60); do
    here=$(ray status --address="$head_ip:$port" 2> /dev/null | grep --count '^ 1 node_' || true)
    ((here >= SLURM_JOB_NUM_NODES)) && break
    sleep 2
done

# In the background, so that the shell can end everything when the time is up.
yurai run "$RECIPE" --input "$INPUT" --output "$OUTPUT" --address "$head_ip:$port" &
started=($! "${started[@]}")
wait $!
yurai audit "$OUTPUT"
