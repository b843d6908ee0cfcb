import Glibc

/// How many times longer `work` takes for four times the input: about 4 where it is linear, 16
/// where it is quadratic. What counts is the thread's own time, whatever else the machine does, and
/// the quickest of three runs of each size.
package func growth(from size: Int, _ work: (_ size: Int) -> Void) -> Double {
    func quickest(_ size: Int) -> Double {
        (0..<3).map { _ in
            let start = threadSeconds()
            work(size)
            return threadSeconds() - start
        }.min() ?? 0
    }
    return quickest(4 * size) / quickest(size)
}

private func threadSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
