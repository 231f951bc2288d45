"""The processes that share every batch: one, or as many as torchrun started."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import distributed

from clipcause.errors import UserError
from clipcause.models.device import own_device


class Devices:
    """What this process is among those that share every batch, and how they exchange tensors.

    rank    0 ... size - 1; process 0 keeps checkpoints and writes what is made
    size    how many there are
    device  where this one computes
    """

    def __init__(self, rank: int = 0, size: int = 1, device: torch.device | None = None) -> None:
        self.rank, self.size = rank, size
        self.device = device or own_device()

    @property
    def leads(self) -> bool:
        """Whether this process keeps what is made."""
        return self.rank == 0

    def part(self, rows: np.ndarray) -> np.ndarray:
        """This process's share of a batch, a run of whole samples; the batch divides evenly."""
        share = len(rows) // self.size
        return rows[self.rank * share : (self.rank + 1) * share]

    def put(self, tensor: torch.Tensor) -> torch.Tensor:
        """A tensor of the processor's memory on this process's device; a GPU fetches it while both go on working."""
        if self.device.type == "cpu":
            return tensor
        return tensor.pin_memory().to(self.device, non_blocking=True)

    def later(self, scalar: torch.Tensor) -> Callable[[], float]:
        """A function that returns a scalar's value: it waits until it is computed, not for what a GPU is given next."""
        if self.device.type == "cpu":
            return scalar.item
        copy, copied = scalar.to("cpu", non_blocking=True), torch.cuda.Event()
        copied.record()

        def read() -> float:
            copied.synchronize()
            return copy.item()

        return read

    def gather(self, tensor: torch.Tensor) -> torch.Tensor:
        """The parts [n, ...] of all processes as one [size x n, ...], in the order of their ranks."""
        if self.size == 1:
            return tensor
        tensor = tensor.contiguous()
        parts = [torch.empty_like(tensor) for _ in range(self.size)]
        distributed.all_gather(parts, tensor)
        return torch.cat(parts)

    def add(self, tensors: Iterable[torch.Tensor]) -> None:
        """Replace each tensor by its sum over all processes, in place."""
        tensors = list(tensors)
        if self.size == 1 or not tensors:
            return
        flat = torch.cat([tensor.reshape(-1) for tensor in tensors])
        distributed.all_reduce(flat)
        for tensor, summed in zip(tensors, flat.split([tensor.numel() for tensor in tensors]), strict=True):
            tensor.copy_(summed.view_as(tensor))

    def seed(self, seed: int) -> None:
        """Seed torch's generators of this process's processor and device.

        As torch.manual_seed, which on a machine without a GPU notes at every call what to do once there is one.
        """
        torch.default_generator.manual_seed(seed)
        if self.device.type == "cuda":
            torch.cuda.manual_seed(seed)

    def any(self, flag: bool) -> bool:
        """Whether the flag is set in any process; all get the same answer."""
        if self.size == 1:
            return flag
        flags = torch.tensor(int(flag))  # on the processor: no GPU is waited for
        distributed.all_reduce(flags, op=distributed.ReduceOp.MAX)
        return bool(flags.item())


@contextmanager
def joined_devices(wanted: int) -> Iterator[Devices]:
    """Join the other processes that torchrun started, if there are any, for as long as the block lasts.

    Raises UserError if there are not `wanted` of them, or fewer GPUs than processes on a machine that has some.
    """
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size != wanted:
        raise UserError(
            f"the recipe's batches are shared by {wanted} processes, and there are {size}; "
            f"start it by torchrun --standalone --nproc-per-node {wanted} -m clipcause.training train ..."
        )
    if size == 1:
        yield Devices()
        return
    rank, local = int(os.environ["RANK"]), int(os.environ["LOCAL_RANK"])
    gpus = torch.cuda.device_count()
    if gpus and local >= gpus:
        raise UserError(f"process {local} of this machine has no GPU, there are {gpus}; set the recipe's devices lower")
    device = own_device()
    distributed.init_process_group("cpu:gloo,cuda:nccl" if gpus else "gloo")
    try:
        yield Devices(rank, size, device)
    finally:
        distributed.destroy_process_group()
