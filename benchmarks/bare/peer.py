# SPDX-License-Identifier: Apache-2.0
"""What PyTorch takes for the programs that lie beside this file.

  python3 peer.py                          says which PyTorch and device there are; fails without
  python3 peer.py MODEL-BATCH [STEPS]      the milliseconds of a training step, the best of its layouts

PEER_DEVICE is cuda unless it is set to another device. Products are in f32, without TF32, as in dlc. A batch
lies on the device already; steps are asked for without waiting, four at a time, as dlc's are.
"""
import os
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

DEVICE = torch.device(os.environ.get("PEER_DEVICE", "cuda"))
AT_ONCE = 4


class Block(nn.Module):
    """The basic block of ResNet-18."""

    def __init__(self, inputs, channels, stride):
        super().__init__()
        self.main = nn.Sequential(
            *convolution(inputs, channels, 3, stride), nn.ReLU(), *convolution(channels, channels, 3, 1))
        same = stride == 1 and inputs == channels
        self.side = nn.Identity() if same else nn.Sequential(*convolution(inputs, channels, 1, stride))

    def forward(self, x):
        return F.relu(self.main(x) + self.side(x))


def convolution(inputs, channels, size, stride, bias=False):
    return [nn.Conv2d(inputs, channels, size, stride, size // 2, bias=bias), nn.BatchNorm2d(channels)]


def m2():
    return [nn.Conv2d(3, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(4096, 10)]


def m4():
    layers, before = [], 3
    for channels in (64, 128, 256):
        layers += [*convolution(before, channels, 3, 1, True), nn.ReLU(),
                   *convolution(channels, channels, 3, 1, True), nn.ReLU(), nn.MaxPool2d(2)]
        before = channels
    return layers + [nn.Flatten(), nn.Linear(4096, 10)]


def m5():
    layers, before = [*convolution(3, 64, 3, 1), nn.ReLU()], 64
    for channels, stride in ((64, 1), (128, 2), (256, 2), (512, 2)):
        layers += [Block(before, channels, stride), Block(channels, channels, 1)]
        before = channels
    return layers + [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10)]


def stepper(name, batch, layout):
    """A function that asks for a training step."""
    if name == "product":
        model = nn.Sequential(*[nn.Linear(batch, batch, bias=False) for _ in range(8)])
        x, y, loss, decay = torch.rand(batch, batch), torch.rand(batch, batch), F.mse_loss, 0
    else:
        model = nn.Sequential(*{"M2": m2, "M4": m4, "M5": m5}[name]())
        x, y, loss = torch.rand(batch, 3, 32, 32), torch.randint(10, (batch,)), F.cross_entropy
        decay = 0 if name == "M2" else 5e-4
    model = model.to(DEVICE, memory_format=layout)
    x = x.to(DEVICE, memory_format=layout) if x.dim() == 4 else x.to(DEVICE)
    y = y.to(DEVICE)
    momentum = 0 if name == "product" else 0.9
    options = {"fused": True} if DEVICE.type == "cuda" and torch.__version__ >= "2.3" else {}
    optimizer = torch.optim.SGD(model.parameters(), 1e-3, momentum, weight_decay=decay, **options)

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss(model(x), y).backward()
        optimizer.step()

    return step


def wait():
    if DEVICE.type == "cuda":
        torch.cuda.synchronize()


def milliseconds(step, steps):
    best = float("inf")
    for epoch in range(max(2, steps // AT_ONCE)):
        start = time.perf_counter()
        for _ in range(AT_ONCE):
            step()
        wait()
        taken = (time.perf_counter() - start) / AT_ONCE * 1000
        best = best if epoch == 0 else min(best, taken)
    return best


def main(arguments):
    torch.zeros(1, device=DEVICE)
    if not arguments:
        name = torch.cuda.get_device_name() if DEVICE.type == "cuda" else DEVICE.type
        print(f"PyTorch {torch.__version__} on {name}")
        return
    torch.backends.cudnn.benchmark = True
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = False
    name, batch = arguments[0].split("-")
    steps = int(arguments[1]) if len(arguments) > 1 else 40
    layouts = [torch.contiguous_format] + [torch.channels_last] * (name != "product")
    print("%.4f" % min(milliseconds(stepper(name, int(batch), each), steps) for each in layouts))


main(sys.argv[1:])
