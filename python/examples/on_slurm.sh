#!/bin/sh
# Weights by an array of jobs: sbatch --array=1-8 on_slurm.sh EMBEDDINGS.npy FOLDER [SAMPLES], then
#   tessera weights --merge FOLDER/part*.json --format csv -o weights.csv
# Without Slurm: for i in 1 2 3 4 5 6 7 8; do SLURM_ARRAY_TASK_ID=$i SLURM_ARRAY_TASK_COUNT=8 sh on_slurm.sh ...; done
set -eu
mkdir -p "$2"
part="$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT"
tessera weights "$1" --method sampled --samples "${3:-1000000}" --seed 7 --part "$part" -o "$2/part$SLURM_ARRAY_TASK_ID.json"
