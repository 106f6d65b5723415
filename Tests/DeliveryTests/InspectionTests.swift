import DSP
import Delivery
import Testing

@Suite("Inspection of files", .enabled(if: isOptimised))
struct InspectionTests {
  private func inspected(_ frames: [Frame], isMono: Bool = false, _ range: Range<Int>? = nil) throws -> (
    Measurement, Inspection
  ) {
    let shop = try Workshop()
    try shop.stem("a.wav", frames, isMono: isMono)
    let result = try inspect(audioFile: "\(shop.path)/a.wav", range, curve: true)
    return (result.measurement, result.inspection)
  }

  @Test("players turn up as far as a true peak of −1 dBTP lets them, and down as far as they want")
  func platforms() throws {
    var measured = try inspected(noise(4800)).0
    func gains(_ loudness: Double, _ peak: Double) -> [Double] {
      measured.integrated = loudness
      measured.truePeak = peak
      return ["spotify", "apple_music", "youtube"].map { name in
        let gain = Platform.all.first { $0.name == name }?.gain(measured) ?? .nan
        return (gain * 100).rounded() / 100
      }
    }
    #expect(gains(-20, -10) == [6, 4, 0])
    #expect(gains(-20, -3) == [2, 2, 0])
    #expect(gains(-14.7, -0.9) == [0, -1.3, 0])
    #expect(gains(-12, 4.5) == [-2, -4, -2])
  }

  @Test("silence, gaps and runs are told in seconds, channels from 1")
  func places() throws {
    var frames = noise(48_000, peak: 0.4)
    for index in 24_000..<26_400 { frames[index] = .zero }
    for index in 36_000..<36_004 { frames[index].y = 1 }
    let quiet = Array(repeating: Frame.zero, count: 12_000)
    let (_, look) = try inspected(quiet + frames + quiet + quiet)
    #expect(abs(look.silenceHead - 0.25) < 0.001 && abs(look.silenceTail - 0.5) < 0.001)
    #expect(look.gaps == [Inspection.Gap(start: 0.75, length: 0.05)] && look.gapCount == 1)
    #expect(look.clippedRuns == [Inspection.Run(channel: 2, start: 1, samples: 4)] && look.clippedRunCount == 1)
  }

  @Test("a part is measured as if it were the file")
  func part() throws {
    let frames = programme(seconds: 8, level: -20, crest: 6)
    let quiet = frames.map { $0 * 0.1 }
    let whole = try inspected(quiet + frames + quiet, 384_000..<768_000)
    let alone = try inspected(frames)
    #expect(whole.0 == alone.0 && whole.1 == alone.1)
  }

  @Test("mono has no side; its channel counts twice")
  func mono() throws {
    let (measurement, look) = try inspected(noise(96_000, peak: 0.3), isMono: true)
    #expect(look.sideLevel == nil && look.bassSideLevel == nil && look.monoCompatibility == 0)
    let (_, doubled) = try inspected(noise(96_000, peak: 0.3).map { Frame($0.x, $0.x) })
    #expect(doubled.sideLevel == -.infinity && doubled.sibilance == look.sibilance)
    #expect(measurement.correlation == nil)
  }

  @Test("the curve has a value each 10 ms")
  func curve() throws {
    let curve = try #require(try inspected(noise(192_000)).1.curve)
    #expect(curve.momentary.count == 361 && curve.shortTerm.count == 101 && curve.peaks.count == 400)
  }

  @Test("files side by side keep their order, and what is missing is an error in its place")
  func several() throws {
    let shop = try Workshop()
    for count in 1...4 { try shop.stem("\(count).wav", noise(4800 * count)) }
    let paths = ["4", "2", "gone", "1", "3"].map { "\(shop.path)/\($0).wav" }
    let results = inspect(audioFiles: paths, workers: 2)
    #expect(results.map { (try? $0.get())?.measurement.frames ?? 0 } == [19_200, 9600, 0, 4800, 14_400])
  }
}
