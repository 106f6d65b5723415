import DSP
import Testing

@Suite("Silence and clipped runs")
struct FaultMeterTests {
  private func silence(_ frames: [Frame], block: Int = 1000) -> SilenceMeter {
    var meter = SilenceMeter(sampleRate: 48_000)
    for start in stride(from: 0, to: frames.count, by: block) {
      meter.process(frames.span.extracting(start..<min(frames.count, start + block)))
    }
    return meter
  }

  private func level(_ value: Double, _ count: Int) -> [Frame] { Array(repeating: Frame(value, -value), count: count) }

  @Test("head and tail end where −60 dBFS are reached; noise below is silence")
  func headAndTail() {
    let meter = silence(level(0, 700) + level(0.0009, 300) + level(0.001, 50) + level(0.0009, 20) + level(0, 5))
    #expect(meter.headFrames == 1000)
    #expect(meter.tailFrames == 25)
    let one = silence([Frame(0, 0.5)])
    #expect(one.headFrames == 0 && one.tailFrames == 0)
    let none = silence(level(0.0005, 100))
    #expect(none.headFrames == 100 && none.tailFrames == 100)
  }

  @Test("gaps are zeros of at least 10 ms inside the programme", arguments: [1, 333, 100_000])
  func gaps(block: Int) {
    let sound = level(0.1, 1000)
    let meter = silence(
      level(0, 9000) + sound + level(0, 480) + sound + level(0, 479) + sound + level(0.0001, 9000) + sound
        + level(0, 960) + level(0.0001, 10) + level(0, 960), block: block)
    // The zeros of the tail are no gap: nothing is heard after them.
    #expect(meter.gaps == [10_000..<10_480])
    #expect(meter.gapCount == 1)
    #expect(meter.tailFrames == 1930)
  }

  @Test("one silent channel makes no gap")
  func oneChannel() {
    var frames = level(0.1, 5000)
    for index in 1000..<3000 { frames[index].x = 0 }
    #expect(silence(frames).gapCount == 0)
  }

  private func runs(_ frames: [Frame], channels: Int = 2, block: Int) -> ClippedRunMeter {
    var meter = ClippedRunMeter(channelCount: channels)
    for start in stride(from: 0, to: frames.count, by: block) {
      meter.process(frames.span.extracting(start..<min(frames.count, start + block)))
    }
    return meter
  }

  @Test("runs of three samples at full scale, of either sign, by channel", arguments: [1, 2, 64])
  func clipped(block: Int) {
    var frames = Array(repeating: Frame(0.2, 0.2), count: 64)
    for index in 10..<15 { frames[index].x = 1 }
    for index in 12..<15 { frames[index].y = -1 }
    for index in 20..<22 { frames[index].x = 1 }
    for index in 61..<64 { frames[index].y = 1.5 }
    let meter = runs(frames, block: block)
    #expect(
      meter.runs == [
        ClippedRun(channel: 0, frame: 10, length: 5), ClippedRun(channel: 1, frame: 12, length: 3),
        ClippedRun(channel: 1, frame: 61, length: 3),
      ])
    #expect(runs(frames, channels: 1, block: block).runCount == 1)
  }

  @Test("no more runs are kept than fit, but all are counted")
  func many() {
    var frames = Array(repeating: Frame.zero, count: 4 * 1200)
    for index in frames.indices where index % 4 != 0 { frames[index].x = 1 }
    let meter = runs(frames, block: 4096)
    #expect(meter.runs.count == ClippedRunMeter.limit && meter.runCount == 1200)
    #expect(meter.runs.last == ClippedRun(channel: 0, frame: 3997, length: 3))
  }
}
