// SPDX-License-Identifier: Apache-2.0
package dlc.runtime.train;

import dlc.runtime.data.Column;
import dlc.runtime.data.Dataset;
import java.util.List;
import java.util.stream.Stream;

/**
 * Has the samples of the next batches in memory before they are wanted, on a thread of its own,
 * where they lie in mapped files; samples that are in memory anyway need none.
 *
 * <p>It changes nothing, so that what is computed does not depend on it.
 */
final class ReadAhead implements AutoCloseable {

  /** How far it may be in front. */
  private static final int SAMPLES = 4096;

  private final Object lock = new Object();
  private final List<Column> mapped;
  private final Dataset dataset;
  private final int[] order;
  private final Thread thread;
  private int wanted;
  private boolean isClosed;

  /** Reads {@code order} of {@code dataset} from its sample {@code start} on. */
  ReadAhead(Dataset dataset, int[] order, int start) {
    this.dataset = dataset;
    this.order = order;
    this.wanted = start;
    this.mapped =
        Stream.concat(dataset.inputs().stream(), dataset.target().stream())
            .filter(column -> column.values().isMapped())
            .toList();
    this.thread = Thread.ofPlatform().daemon().name("read-ahead").unstarted(() -> read(start));
    if (!mapped.isEmpty()) {
      thread.start();
    }
  }

  /** Says that the samples before {@code sample} are done. */
  void done(int sample) {
    if (mapped.isEmpty()) {
      return;
    }
    synchronized (lock) {
      wanted = sample;
      lock.notifyAll();
    }
  }

  private void read(int start) {
    for (int next = start; next < order.length && isOpen(next); next++) {
      int row = dataset.row(order[next]);
      for (Column column : mapped) {
        long bytes = column.type().bytes();
        long first = row * column.stride() * column.type().dtype().bytes();
        column.values().asSlice(first, bytes).load();
      }
    }
  }

  /** Waits until sample {@code next} is near; false when there is no use any more. */
  private boolean isOpen(int next) {
    synchronized (lock) {
      while (!isClosed && next >= wanted + SAMPLES) {
        try {
          lock.wait();
        } catch (InterruptedException _) {
          return false;
        }
      }
      return !isClosed;
    }
  }

  @Override
  public void close() {
    synchronized (lock) {
      isClosed = true;
      lock.notifyAll();
    }
  }
}
