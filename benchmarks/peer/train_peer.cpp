// SPDX-License-Identifier: Apache-2.0
//
// Trains a sample with PyTorch on the data of a tape, from weights of its own, and measures it on the
// test part: prints the loss, the accuracy (or nan) and the seconds of training.
//
//   train_peer SAMPLE TAPE THREADS
//
// The tape begins with lines: "TRAIN TEST BATCH EPOCHS", how many samples there are and how to go
// through them; then one for each input and one for the target, its type (f32 or i64) and the
// dimensions of a sample: "input f32 3 32 32", "target i64"; then an empty line. The numbers follow,
// the training part before the test part of each.

#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <random>
#include <sstream>

#include "sample_models.h"
#include "subject.h"
#include "tape.h"

namespace peer {

/** One part of the data, a row for each sample. */
struct Part {
  int64_t size = 0;
  Tensors inputs;
  Tensor target;
};

struct Data {
  Part train, test;
  int64_t batch = 0, epochs = 0;
};

Tensor readRows(Tape& tape, int64_t rows, Dims dims, bool floats) {
  dims.insert(dims.begin(), rows);
  Tensor tensor = ops::zeros::call(sizes(dims), floats ? kFloat : kLong, {}, {}, {});
  if (!tape.read(tensor, floats ? sizeof(float) : sizeof(int64_t))) {
    std::fputs("train_peer: the tape ends too early\n", stderr);
    std::_Exit(2);
  }
  return tensor;
}

Data readData(Tape& tape) {
  Data data;
  std::istringstream(tape.line()) >> data.train.size >> data.test.size >> data.batch >> data.epochs;
  std::vector<std::string> columns;
  for (std::string line = tape.line(); !line.empty(); line = tape.line()) {
    columns.push_back(line);
  }
  for (const std::string& column : columns) {
    std::istringstream words(column);
    std::string role, type;
    words >> role >> type;
    Dims dims;
    for (int64_t dim; words >> dim;) {
      dims.push_back(dim);
    }
    for (Part* part : {&data.train, &data.test}) {
      Tensor rows = readRows(tape, part->size, dims, type == "f32");
      if (role == "input") {
        part->inputs.push_back(rows);
      } else {
        part->target = rows;
      }
    }
  }
  return data;
}

/** The rows of `part` that stand at `start` of `order` and after. */
Part batchOf(const Part& part, const std::vector<int64_t>& order, int64_t start, int64_t count) {
  Tensor places = ops::zeros::call(Sizes{count}, kLong, {}, {}, {});
  std::copy_n(order.begin() + start, count, static_cast<int64_t*>(places.data()));
  Part batch;
  batch.size = count;
  for (const Tensor& input : part.inputs) {
    batch.inputs.push_back(ops::index_select::call(input, 0, places));
  }
  if (part.target.defined()) {
    batch.target = ops::index_select::call(part.target, 0, places);
  }
  return batch;
}

/** As torch.nn.utils.clip_grad_norm_ does it. */
void clip(std::vector<Tensor>& weights, double bound) {
  double squares = 0;
  for (Tensor& weight : weights) {
    double norm =
        ops::item::call(ops::norm_Scalar::call(weight.impl()->mutable_grad(), 2.0)).toDouble();
    squares += norm * norm;
  }
  double factor = bound / (std::sqrt(squares) + 1e-6);
  if (factor < 1) {
    for (Tensor& weight : weights) {
      ops::mul__Scalar::call(weight.impl()->mutable_grad(), factor);
    }
  }
}

/** How many targets are met: the largest of the outputs' last dimension, or the sign of the only one. */
struct Score {
  int64_t right = 0, count = 0;

  void add(const Tensor& output, const Tensor& target, bool binary) {
    Tensor plain = ops::contiguous::call(output, c10::MemoryFormat::Contiguous);
    const float* scores = static_cast<const float*>(plain.data());
    int64_t classes = binary ? 1 : ops::size_int::call(output, -1);
    for (int64_t i = 0; i < target.numel(); i++) {
      const float* own = scores + i * classes;
      if (binary) {
        right += (*own > 0) == (static_cast<const float*>(target.data())[i] > 0.5f);
      } else {
        right += std::max_element(own, own + classes) - own ==
                 static_cast<const int64_t*>(target.data())[i];
      }
    }
    count += target.numel();
  }

  double share() const { return count == 0 ? NAN : static_cast<double>(right) / count; }
};

double train(
    const Sample& sample, SampleNetwork& net, const Forward& forward, Data& data) {
  Optimizer optimizer(net.weights());
  for (Tensor& weight : net.weights()) {
    ops::requires_grad_::call(weight, true);
  }
  std::mt19937 random(1);
  std::vector<int64_t> order(data.train.size);
  std::iota(order.begin(), order.end(), 0);
  net.setTraining(true);
  int64_t perEpoch = (data.train.size + data.batch - 1) / data.batch;
  Moment now{0, static_cast<double>(data.epochs * perEpoch)};
  auto start = std::chrono::steady_clock::now();
  for (int64_t epoch = 0; epoch < data.epochs; epoch++) {
    std::shuffle(order.begin(), order.end(), random);
    for (int64_t done = 0; done < data.train.size; done += data.batch) {
      Part batch =
          batchOf(data.train, order, done, std::min(data.batch, data.train.size - done));
      Tensor loss = sample.loss(forward(batch.inputs), batch.inputs, batch.target);
      torch::autograd::backward({loss}, {}, {}, false, {});
      NoGrad guard;
      if (sample.clip > 0) {
        clip(net.weights(), sample.clip);
      }
      sample.update(optimizer, now);
      now.step++;
    }
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void test(
    const Sample& sample, SampleNetwork& net, const Forward& forward, Data& data, double seconds) {
  NoGrad guard;
  net.setTraining(false);
  std::vector<int64_t> order(data.test.size);
  std::iota(order.begin(), order.end(), 0);
  double losses = 0;
  Score score;
  for (int64_t done = 0; done < data.test.size; done += data.batch) {
    Part batch = batchOf(data.test, order, done, std::min(data.batch, data.test.size - done));
    Tensor output = forward(batch.inputs);
    Tensor loss = sample.loss(output, batch.inputs, batch.target);
    losses += ops::item::call(loss).toDouble() * batch.size;
    if (sample.loss == crossEntropy || sample.loss == yesOrNo) {
      score.add(output, batch.target, sample.loss == yesOrNo);
    }
  }
  std::printf("%.9g %.9g %.3f\n", losses / data.test.size, score.share(), seconds);
}

}  // namespace peer

int main(int argc, char** argv) {
  const peer::Sample* sample = argc == 4 ? peer::sampleNamed(argv[1]) : nullptr;
  if (sample == nullptr) {
    std::fputs("usage: train_peer SAMPLE TAPE THREADS\n", stderr);
    return 2;
  }
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  at::globalContext().setFlushDenormal(true);
  at::set_num_threads(std::atoi(argv[3]));
  peer::Data data;
  {
    peer::Tape tape(argv[2], "rb");
    data = peer::readData(tape);
  }
  peer::SampleNetwork net;
  peer::Forward forward = sample->build(net);
  double seconds = peer::train(*sample, net, forward, data);
  peer::test(*sample, net, forward, data, seconds);
  std::fflush(stdout);
  std::_Exit(0);
}
