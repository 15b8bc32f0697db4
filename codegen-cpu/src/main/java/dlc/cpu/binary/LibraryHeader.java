// SPDX-License-Identifier: Apache-2.0
package dlc.cpu.binary;

import dlc.cpu.binary.LibraryApi.Argument;
import dlc.cpu.binary.LibraryApi.Function;
import java.util.Locale;
import java.util.stream.Collectors;

/** Writes the C header of a library. */
final class LibraryHeader {

  private final BinaryModel model;
  private final LibraryApi api;

  private LibraryHeader(BinaryModel model, LibraryApi api) {
    this.model = model;
    this.api = api;
  }

  static String write(BinaryModel model, LibraryApi api) {
    return new LibraryHeader(model, api).write();
  }

  private String write() {
    String guard = api.prefix().toUpperCase(Locale.ROOT);
    StringBuilder text = new StringBuilder();
    text.append(
        """
        /* The model %1$s of %2$s, made by dlc %3$s.
         *
         * All memory is the caller's: one block for each instance, of %4$s_arena_bytes() bytes, which
         * begins at a multiple of 64. Instances know nothing of each other, so that each may be used
         * by a thread of its own. No function allocates, and none calls another library.
         *
         *   void *model = aligned_alloc(64, %4$s_arena_bytes());
         *   %4$s_open(model);
         */
        #ifndef %5$s_H
        #define %5$s_H

        #include <stddef.h>
        #include <stdint.h>

        #ifdef __cplusplus
        extern "C" {
        #endif

        /* What functions return. */
        enum {
          %5$s_FINE = 0,
          %5$s_MISALIGNED = 1,    /* the block does not begin at a multiple of 64 */
          %5$s_NOT_OPEN = 2,      /* the block was not prepared by %4$s_open */
          %5$s_PROCESSOR = 3,     /* there is no code for this processor */
          %5$s_NO_ENTRY = 4,      /* the library was made without this function */
          %5$s_BAD_WEIGHTS = 5,   /* these bytes are no safetensors file */
          %5$s_OTHER_WEIGHTS = 6  /* they are the weights of another model */
        };

        /* A multiple of 64. */
        int64_t %4$s_arena_bytes(void);

        /* Prepares a block%6$s. */
        int32_t %4$s_open(void *arena);

        /* The weights as the bytes of a safetensors file, with PyTorch's names. */
        int64_t %4$s_saved_bytes(void);
        int32_t %4$s_save(const void *arena, void *bytes);
        int32_t %4$s_load(void *arena, const void *bytes, int64_t count);
        """
            .formatted(
                model.identity().model(),
                model.identity().file(),
                model.identity().compiler(),
                api.prefix(),
                guard,
                model.embedded().isPresent()
                    ? ": the weights are inside"
                    : "; its weights are all 0"));
    api.functions().forEach(function -> text.append('\n').append(declaration(function)));
    return text.append(
            """

            #ifdef __cplusplus
            }
            #endif

            #endif
            """)
        .toString();
  }

  private String declaration(Function function) {
    String arguments =
        function.arguments().stream()
            .map(argument -> ", " + declaration(argument))
            .collect(Collectors.joining());
    String shapes =
        function.arguments().stream()
            .filter(argument -> !argument.isScalar())
            .map(argument -> argument.name() + " " + argument.type())
            .collect(Collectors.joining(", "));
    return "/* %s%s */\nint32_t %s_%s(void *arena%s);\n"
        .formatted(
            purpose(function),
            shapes.isEmpty() ? "" : ": " + shapes + ". Results may be NULL.",
            api.prefix(),
            function.entry(),
            arguments);
  }

  /** What {@code function} does, in a sentence or the start of one. */
  static String purpose(Function function) {
    String samples = function.batch() == 1 ? "1 sample" : function.batch() + " samples";
    return switch (function.entry()) {
      case "init" -> "Gives weights their first values, which follow from the seed.";
      case "train_step" -> "One step of training on " + samples + ", steps count from 1";
      case "accumulate_step" -> "Adds up the gradients of " + samples;
      case "eval_step" -> "The loss of " + samples;
      case "predict" -> "What the model makes of " + samples;
      default -> "The entry point " + function.entry();
    };
  }

  private static String declaration(Argument argument) {
    String type = LibraryApi.cType(argument.type().dtype());
    if (argument.isScalar()) {
      return type + " " + argument.name();
    }
    return (argument.isResult() ? "" : "const ") + type + " *" + argument.name();
  }
}
