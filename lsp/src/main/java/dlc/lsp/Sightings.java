// SPDX-License-Identifier: Apache-2.0
package dlc.lsp;

import dlc.base.SourceFile;
import dlc.base.Span;
import dlc.frontend.elaborate.Witness;
import dlc.frontend.value.Datum;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What was seen at the places of a program while it was elaborated: shapes, for hovers. */
final class Sightings implements Witness {

  /** A layer of a loop has many; the first ones tell the story. */
  private static final int SHOWN = 6;

  private final Map<Span, Set<String>> seen = new HashMap<>();

  @Override
  public void value(Span place, Datum value) {
    boolean isKnown = value.isKnown() && value != Datum.NoneDatum.NONE;
    if (value != Datum.Poison.POISON && !(value instanceof Datum.LayerDatum)) {
      String text = isKnown ? value.type() + " = " + shortened(value) : value.type();
      add(place, "`" + text + "`");
    }
  }

  private static String shortened(Datum value) {
    String text = value.toString();
    return text.length() > 60 ? text.substring(0, 60) + "…" : text;
  }

  @Override
  public void leave(Application layer, Datum result, long weights) {
    if (result == Datum.Poison.POISON) {
      return;
    }
    String count =
        weights == 0
            ? ""
            : weights == 1 ? ", 1 weight" : String.format(Locale.ROOT, ", %,d weights", weights);
    String text = "`" + layer.input().type() + "` → `" + result.type() + "`" + count;
    add(layer.use().kind().span(), text);
    layer.use().label().ifPresent(label -> add(label.span(), text));
  }

  private void add(Span place, String text) {
    Set<String> texts = seen.computeIfAbsent(place, _ -> new LinkedHashSet<>());
    if (texts.size() <= SHOWN) {
      texts.add(text);
    }
  }

  /** What was seen from {@code start} to {@code end} of {@code source}. */
  List<String> at(SourceFile source, int start, int end) {
    List<String> texts = List.copyOf(seen.getOrDefault(new Span(source, start, end), Set.of()));
    return texts.size() > SHOWN ? texts.subList(0, SHOWN) : texts;
  }
}
