// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import dlc.base.UserError;
import dlc.runtime.data.Column;
import dlc.runtime.data.Dataset;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Has the samples of the next batches in memory before they are wanted, on threads of its own,
 * where they lie in mapped files or are images to decode; samples that are in memory anyway need
 * none.
 *
 * <p>It changes nothing, so that what is computed does not depend on it.
 */
public final class ReadAhead implements AutoCloseable {

  private final Object lock = new Object();
  private final List<Column> far;
  private final Dataset dataset;
  private final int[] order;
  private final int mostAhead;

  /** The sample that is being used: only those behind it are read ahead. */
  private int wanted;

  private int next;
  private boolean isClosed;

  /** How often the data have been read before. */
  enum Pass {
    FIRST,
    LATER
  }

  /**
   * Reads {@code order} of {@code dataset} from its sample {@code start} on.
   *
   * @param pass in later passes what fits into memory is there already
   */
  ReadAhead(Dataset dataset, int[] order, int start, Pass pass) {
    this.dataset = dataset;
    this.order = order;
    this.wanted = start - 1;
    this.next = start;
    this.far =
        Stream.concat(dataset.inputs().stream(), dataset.target().stream())
            .filter(column -> column.isFar() && (pass == Pass.FIRST || column.isReadAnew()))
            .toList();
    this.mostAhead = far.stream().mapToInt(Column::mostAhead).min().orElse(0);
    int readers = far.stream().mapToInt(Column::readers).max().orElse(0);
    IntStream.range(0, readers)
        .forEach(_ -> Thread.ofPlatform().daemon().name("read-ahead").start(this::read));
  }

  /**
   * Begins with what the first epoch wants first, as far as it is kept, while all else is made
   * ready to train.
   */
  public static ReadAhead beforeTraining(Dataset dataset, TrainSettings settings) {
    boolean isKept = dataset.inputs().stream().noneMatch(Column::isReadAnew);
    int[] order = isKept ? settings.order(1, dataset.size()) : new int[0];
    return new ReadAhead(dataset, order, 0, Pass.FIRST);
  }

  /**
   * Says that the samples before {@code sample} are done.
   *
   * <p>Readers that were far enough in front sleep until half of that is used up: a thread that
   * wakes up may take a processor from those that train, who then wait for each other.
   */
  void done(int sample) {
    if (far.isEmpty()) {
      return;
    }
    synchronized (lock) {
      wanted = sample;
      if (next - wanted <= mostAhead / 2) {
        lock.notifyAll();
      }
    }
  }

  private void read() {
    for (int row = take(); row >= 0; row = take()) {
      for (Column column : far) {
        try {
          column.bringNear(row);
        } catch (UserError _) {
          // Whoever wants this row hears of it.
        }
      }
    }
  }

  /**
   * Waits until the next sample may be read, and claims its row before anybody wants it; negative
   * when there is no use any more.
   */
  private int take() {
    synchronized (lock) {
      while (!isClosed && next >= wanted + mostAhead) {
        try {
          lock.wait();
        } catch (InterruptedException _) {
          return -1;
        }
      }
      next = Math.max(next, wanted + 1);
      if (isClosed || next >= order.length) {
        return -1;
      }
      int row = dataset.row(order[next++]);
      far.forEach(column -> column.claim(row));
      return row;
    }
  }

  @Override
  public void close() {
    synchronized (lock) {
      isClosed = true;
      lock.notifyAll();
    }
    far.forEach(Column::letGo);
  }
}
