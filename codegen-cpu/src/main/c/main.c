// SPDX-License-Identifier: Apache-2.0
// The commands of a compiled model.
#include "arguments.h"
#include "commands.h"

static const char *name_of(const char *path) {
  const char *name = path;
  for (; *path; path++) {
    if (*path == '/') {
      name = path + 1;
    }
  }
  return name;
}

int main(int count, char **arguments) {
  const char *program = count > 0 ? name_of(arguments[0]) : "model";
  const char *command = count > 1 ? arguments[1] : "--help";
  if (same(command, "--help") || same(command, "-h") || same(command, "help")) {
    print_help(program);
    require_printed();
    return 0;
  }
  if (same(command, "--version")) {
    say("%s, compiled by dlc %s\n", dlc_model.name, dlc_model.compiler);
    require_printed();
    return 0;
  }
  choose_version(getenv("DLC_ISA"));
  for (const Command *each = commands; each->name; each++) {
    if (!same(each->name, command)) {
      continue;
    }
    Options options = {0};
    options.flag = each->list(&options.flags);
    for (int i = 2; i < count; i++) {
      if (same(arguments[i], "--help") || same(arguments[i], "-h")) {
        print_command_help(program, each, &options);
        require_printed();
        return 0;
      }
    }
    parse_options(&options, text_of("%s %s", program, command), count - 2, arguments + 2);
    quiet = has_option(&options, "--quiet");
    each->run(&options);
    require_printed();
    return 0;
  }
  fail(BAD_OPTION, text_of("%s --help lists the commands", program), "%s: unknown command '%s'",
       program, command);
}
