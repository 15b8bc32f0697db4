// SPDX-License-Identifier: Apache-2.0

// The mistake is told as the command line tells it, and no stack trace.
String log = new File(basedir, "build.log").text
assert log.contains("wrong.dl:2:3")
assert log.contains("did you mean 'linear'?")
assert !log.contains("\tat dlc.")
