import ArgumentParser
import AudioFiles
import DSP
import Delivery
import Diagnostics
import FoundationEssentials
import RenderPlan
import SessionModel

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Renders a session of generated stems as a user would, and takes its time.
func measureJob(_ options: JobOptions) throws -> Report.Job {
  let folder = FileManager.default.temporaryDirectory.path + "/mixdown-bench-\(getpid())"
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  var stems: [String: StemFile] = [:]
  for index in 0..<options.stems {
    let path = "\(folder)/stem\(index).wav"
    try writeStem(index, seconds: options.seconds, to: path)
    stems["t\(index).stem"] = StemFile(
      path: path, channelCount: index % 3 == 2 ? 1 : 2, frameCount: options.seconds * Int(stemRate),
      sampleRate: Int(stemRate))
  }
  let session = "\(folder)/bench.mix.yaml"
  try AtomicFile.write(jobSession(stems: options.stems), to: session)
  let (resolved, problems) = loadSession(session)
  guard let resolved else { throw ValidationError("the session does not load: \(problems.map(\.message))") }

  var render = RenderOptions()
  render.outputFolder = "\(folder)/out"
  render.jobs = options.jobs
  let before = cpuSeconds()
  let result = try Deliverer(
    resolved, stems: stems, options: render, processors: ProcessInfo.processInfo.activeProcessorCount
  ).run(progress: { _ in }, isCancelled: { false })
  guard result.files.count == 3 else { throw ValidationError("the job failed: \(result.diagnostics.map(\.message))") }
  return Report.Job(
    stems: options.stems, seconds: options.seconds, wallSeconds: result.seconds, cpuSeconds: cpuSeconds() - before,
    peakMegabytes: peakMegabytes())
}

private let stemRate = 48_000.0

/// A stem that sounds like something: a decaying tone every half beat, a little noise, its own pitch and place.
private func writeStem(_ index: Int, seconds: Int, to path: String) throws {
  let isMono = index % 3 == 2
  let frames = seconds * Int(stemRate)
  let writer = try AudioFileWriter(
    path, .wav(.integer24), sampleRate: Int(stemRate), channelCount: isMono ? 1 : 2, frameCount: frames)
  let pitch = 55 * Maths.exp2(Double(index * 7 % 48) / 12)
  let period = 12_000 + 500 * index
  var state = UInt64(index + 1)
  var start = 0
  while start < frames {
    let count = min(8192, frames - start)
    var samples: [Int32] = []
    for frame in start..<start + count {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let noise = Double(Int64(bitPattern: state) >> 11) * 0x1p-52
      let phase = Double(frame % period)
      let envelope = Maths.exp(-phase / 6000)
      let tone = Maths.sineAndCosine(turns: pitch * Double(frame) / stemRate).sine
      let value = (0.45 * tone + 0.05 * noise) * envelope
      samples.append(Int32(value * 8_388_607))
      if !isMono { samples.append(Int32((value * 0.7 + 0.02 * noise * envelope) * 8_388_607)) }
    }
    try writer.write(samples.span)
    start += count
  }
  try writer.finish()
}

/// Each stem: a high-pass and four bands, a compressor, level, pan and a send to one reverb; a mastered end.
private func jobSession(stems: Int) -> String {
  var text = "mixdown: 1\ntail: none\ntracks:\n"
  for index in 0..<stems {
    text += """
        t\(index):
          stem: stem\(index).wav
          level: \(-6 - index % 5) dB
          pan: \(index * 37 % 141 - 70)
          inserts:
            eq:
              bands:
                low_cut: {type: high_pass, frequency: 80 Hz}
                low: {type: low_shelf, frequency: 120 Hz, gain: 2 dB}
                mud: {type: bell, frequency: 400 Hz, gain: -3 dB, q: 1}
                presence: {type: bell, frequency: 2.5 kHz, gain: 2 dB, q: 1.2}
                air: {type: high_shelf, frequency: 8 kHz, gain: 2 dB}
            compressor: {threshold: -18 dB, ratio: 3:1, attack: 10 ms, release: 120 ms}
          sends: {hall: -14 dB}

      """
  }
  return text + """
    buses:
      hall: {inserts: {reverb: {model: hall, decay: 1.8 s, predelay: 10 ms}}}
    master:
      inserts:
        eq: {bands: {low: {type: low_shelf, frequency: 100 Hz, gain: 1 dB}, air: {type: high_shelf, frequency: 10 kHz, gain: 1.5 dB}}}
        compressor: {threshold: -12 dB, ratio: 2:1, attack: 30 ms, release: 200 ms}
      loudness: {integrated: -14 LUFS, max_limiting: 20 dB}
      limiter: {ceiling: -1 dBTP}
    deliverables:
      wav: {format: wav}
      flac: {format: flac}
      mp3: {format: mp3, bitrate: 320 kbps}

    """
}

private func resourceUsage() -> rusage {
  var usage = rusage()
  #if os(Linux)
    unsafe _ = getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  #else
    unsafe _ = getrusage(RUSAGE_SELF, &usage)
  #endif
  return usage
}

private func cpuSeconds() -> Double {
  let usage = resourceUsage()
  return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
    + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6
}

/// The greatest memory of the process so far; Linux counts in KiB, macOS in bytes.
private func peakMegabytes() -> Double {
  #if os(Linux)
    Double(resourceUsage().ru_maxrss) / 1024
  #else
    Double(resourceUsage().ru_maxrss) / 1_048_576
  #endif
}
