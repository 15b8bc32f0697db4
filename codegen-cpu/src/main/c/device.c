// SPDX-License-Identifier: Apache-2.0
// Runs entry points where --device says, and brings numbers to where they are asked for.
#include "device.h"

static const struct DeviceCalls *calls;  // NULL while the processor computes
static u8 *state;
u8 *work_memory;
static int device_is_newer;  // its state, than the copy here
static int copy_is_newer;
static const Entry *prepared;  // ran last, and the state is as it was

static const Flag DEVICE = {
    "--device", "NAME",
    "opencl (the default), opencl:1 or opencl:part-of-a-name; cpu; auto: a graphics processor or cpu"};

const Flag *with_device(const Flag *usual, i64 *count) {
  if (!dlc_model.device_calls) {
    return usual;
  }
  Flag *flags = allocate(*count + 1, sizeof(Flag));
  memcpy(flags, usual, (u64)*count * sizeof(Flag));
  flags[(*count)++] = DEVICE;
  return flags;
}

void take_device(const Options *options) {
  const struct DeviceCalls *possible = dlc_model.device_calls;
  const char *name = possible ? option(options, "--device") : "cpu";
  name = name ? name : "opencl";
  if (same(name, "cpu")) {
    return;
  }
  int is_auto = same(name, "auto");
  if (!is_auto && !same(name, "opencl") && !starts_with(name, "opencl:")) {
    fail(BAD_OPTION, "--device takes cpu, opencl, opencl:1, opencl:part-of-a-name or auto",
         "there is no device '%s'", name);
  }
  const char *problem = possible->open(is_auto ? "opencl" : name, is_auto);
  if (problem && is_auto) {
    note("note: the processor computes: %s", problem);
    return;
  }
  if (problem) {
    fail(NO_DEVICE,
         "install the OpenCL library and the driver of the device (for this CPU: the packages "
         "ocl-icd-libopencl1 and pocl-opencl-icd), or let the processor compute: --device cpu",
         "%s", problem);
  }
  calls = possible;
  version = calls->version();
}

const char *device_name(void) {
  return calls ? calls->name() : NULL;
}

void allocate_model(void) {
  i64 work = 0;
  for (i64 i = 0; i < version->entries; i++) {
    i64 bytes = version->entry[i].work_bytes;
    work = bytes > work ? bytes : work;
  }
  if (calls) {
    calls->allocate(dlc_model.state_bytes, work);
  }
  free(state);
  free(work_memory);
  // Vector loads may read a little past the last element.
  state = allocate_aligned(dlc_model.state_bytes + 64);
  work_memory = allocate_aligned(work + 64);
  device_is_newer = copy_is_newer = 0;
  prepared = NULL;
}

void run_entry(const Entry *entry) {
  if (!calls) {
    (entry == prepared && entry->again ? entry->again : entry->run)(state, work_memory);
    prepared = entry;
    return;
  }
  if (copy_is_newer) {
    calls->write_state(state, dlc_model.state_bytes);
    copy_is_newer = 0;
  }
  calls->run(entry);
  device_is_newer |= entry->device->writes_state != 0;
}

u8 *state_memory(void) {
  if (device_is_newer) {
    calls->read_state(state, dlc_model.state_bytes);
    device_is_newer = 0;
  }
  return state;
}

void state_changed(void) {
  prepared = NULL;
  copy_is_newer = 1;
}

u8 *slot_memory(const Slot *slot) {
  return (slot->in_state ? state_memory() : work_memory) + slot->offset;
}

u8 *result_memory(const Slot *slot) {
  if (calls && !slot->in_state) {
    calls->read_work(work_memory + slot->offset, slot->offset,
                     slot->elements * type_bytes(slot->type));
  }
  return slot_memory(slot);
}

i64 keep_results(const Entry *entry) {
  return calls ? calls->keep(entry) : 1;
}

void recall_results(const Entry *entry, i64 back) {
  if (calls) {
    calls->recall(entry, back);
  }
}

Speed device_speed(void) {
  return calls->measure();
}
