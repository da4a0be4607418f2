// A picture of a window that the visitor chooses, or one that they paste: each goes into the
// field for files, and nothing is sent before they send the form.
"use strict";
(function () {
  var field = document.getElementById("picture"), button = document.getElementById("shot"), took = document.getElementById("took");
  if (!field) return;
  function put(blob) {
    var list = new DataTransfer();
    list.items.add(new File([blob], "picture.png", { type: "image/png" }));
    field.files = list.files;
    took.textContent = "The picture is there. Look at it before you send it.";
  }
  document.addEventListener("paste", function (e) {
    var file = Array.from(e.clipboardData.files).find(function (f) { return f.type === "image/png" || f.type === "image/jpeg"; });
    if (file) put(file);
  });
  if (!navigator.mediaDevices || !navigator.mediaDevices.getDisplayMedia) return;
  button.hidden = false;
  button.addEventListener("click", async function () {
    try {
      var stream = await navigator.mediaDevices.getDisplayMedia({ video: true, audio: false });
      var video = document.createElement("video");
      video.srcObject = stream;
      await video.play();
      var scale = Math.min(1, 1600 / video.videoWidth), canvas = document.createElement("canvas");
      canvas.width = Math.round(video.videoWidth * scale);
      canvas.height = Math.round(video.videoHeight * scale);
      canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
      stream.getTracks().forEach(function (t) { t.stop(); });
      canvas.toBlob(function (blob) { if (blob) put(blob); }, "image/png");
    } catch (e) {
      took.textContent = "No picture was taken.";
    }
  });
})();
