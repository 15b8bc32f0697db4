// SPDX-License-Identifier: Apache-2.0
//
// Files of numbers that pass between the two sides, as they lie in memory.

#pragma once

#include <cstdio>
#include <cstdlib>

#include "network.h"

namespace peer {

class Tape {
 public:
  Tape(const std::string& path, const char* mode) : file_(std::fopen(path.c_str(), mode)) {
    if (file_ == nullptr) {
      std::perror(path.c_str());
      std::_Exit(2);
    }
  }
  Tape(const Tape&) = delete;
  ~Tape() { std::fclose(file_); }

  /** A line without its end; empty at the end of the file. */
  std::string line() {
    std::string text;
    for (int c; (c = std::fgetc(file_)) != EOF && c != '\n';) {
      text += static_cast<char>(c);
    }
    return text;
  }

  /** Fills a tensor; false at the end of the file. */
  bool read(Tensor& tensor, size_t element) {
    size_t count = tensor.numel();
    return std::fread(tensor.data(), element, count, file_) == count;
  }

  void write(const Tensor& tensor) {
    Tensor plain = ops::contiguous::call(tensor, c10::MemoryFormat::Contiguous);
    std::fwrite(plain.data(), sizeof(float), plain.numel(), file_);
  }

 private:
  std::FILE* file_;
};

}  // namespace peer
